"""Renditions: the form as a page of HTML or text that was made from XML."""
