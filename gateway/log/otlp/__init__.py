"""Spans of applications that OpenTelemetry instruments, taken into the log. Source: opentelemetry.io, OTLP 1.9."""
