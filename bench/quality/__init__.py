"""`make quality`: how right the readers are on real pages with labels, document by document."""
