"""Sightings on the desk."""
