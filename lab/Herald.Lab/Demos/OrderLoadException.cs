namespace Herald.Lab.Demos;

/// <summary>The load cannot go on; the message says what Herald answered.</summary>
internal sealed class OrderLoadException(string message) : Exception(message);
