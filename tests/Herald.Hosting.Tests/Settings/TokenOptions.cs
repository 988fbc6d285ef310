using Herald.Engine.Basics;

namespace Herald.Hosting.Tests.Settings;

/// <summary>Options with a setting whose former variable belongs to commands.</summary>
public sealed record TokenOptions
{
    [Setting("A file.", None = "none")]
    public string? TokenFile { get; init; }
}
