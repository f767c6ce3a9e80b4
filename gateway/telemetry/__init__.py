"""What the gateway tells other programs about itself: Prometheus, and OpenTelemetry over OTLP."""
