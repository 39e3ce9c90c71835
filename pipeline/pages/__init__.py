"""What all pages share: one style, light and dark, sortable tables, words with their meaning on hover."""
