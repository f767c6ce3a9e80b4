"""The gateway through its front door: HTTP, over loopback, before a simulated vendor."""
