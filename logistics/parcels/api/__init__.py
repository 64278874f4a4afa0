"""REST faces of the parcels: translate, call one service or selector, translate back."""
