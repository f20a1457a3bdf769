"""Training: pictures and holes in, weights out."""
