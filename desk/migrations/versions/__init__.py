"""One file per step; a step is never edited once it was released."""
