using System.Reflection;
using Herald.Hosting.Text;

namespace Herald.Posts.Definitions;

/// <summary>The definitions that are a part of an assembly: its resources <c>preset/NAME.json</c>.</summary>
public sealed class Presets(Assembly assembly)
{
    private const string Prefix = "preset/", Extension = ".json";

    /// <summary>Those of this assembly.</summary>
    public static Presets Posts { get; } = new(typeof(Presets).Assembly);

    public IReadOnlyList<string> Names { get; } =
    [
        .. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Extension.Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>The JSON of a preset or of a file.</summary>
    /// <param name="kind">The name of a preset, or the path of a file.</param>
    /// <returns>The text, or why there is none.</returns>
    public (byte[]? Json, string? Problem) Load(string kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (Names.Contains(kind, StringComparer.Ordinal))
        {
            using var resource = assembly.GetManifestResourceStream($"{Prefix}{kind}{Extension}")!;
            using var copy = new MemoryStream();
            resource.CopyTo(copy);
            return (copy.ToArray(), null);
        }
        try
        {
            return (File.ReadAllBytes(kind), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return (null, $"It is no preset ({string.Join(", ", Names)}), and as a file it cannot be read: {FileReason.Of(e)}.");
        }
    }
}
