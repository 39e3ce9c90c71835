"""Tables to figures and pages; nothing here simulates but the rasters of a fit's dashboard."""
