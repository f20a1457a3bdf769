"""How long everything takes, and how much memory; nothing is asserted here."""
