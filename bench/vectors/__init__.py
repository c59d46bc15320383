"""How the word vectors that come with the product are made."""
