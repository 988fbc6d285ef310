using System.Reflection;
using Herald.Hosting.Text;

namespace Herald.Posts.Definitions;

/// <summary>The definitions that are a part of an assembly: its resources <c>preset/NAME.json</c>.</summary>
public sealed class Presets(Assembly assembly)
{
    private const int MostBytes = 1 << 20;

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
            using var file = File.OpenRead(kind);
            var buffer = new byte[MostBytes + 1];
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length <= MostBytes
                ? (buffer[..length], null) : (null, $"The file has more than {MostBytes:N0} bytes, so it is no definition.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return (null, $"It is no preset ({string.Join(", ", Names)}), and as a file it cannot be read: {FileReason.Of(e)}.");
        }
    }
}
