namespace Herald.Lab.Demos;

/// <summary>The load cannot go on. The message contains Herald's answer.</summary>
internal sealed class DemoLoadException(string message) : Exception(message);
