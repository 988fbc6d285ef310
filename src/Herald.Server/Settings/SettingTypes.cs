using System.Globalization;
using Herald.Hosting.Text;

namespace Herald.Server.Settings;

/// <summary>The types of setting values, each with its text form and its range.</summary>
public static class SettingTypes
{
    private static readonly (string Suffix, long Factor)[] Sizes = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("B", 1)];

    public static Setting Number(
        string name, string purpose, long least, long most, Func<ServerOptions, long> get, Func<ServerOptions, long, ServerOptions> set) =>
        new(name, purpose, $"A whole number from {least:N0} to {most:N0}.",
            o => get(o).ToString(CultureInfo.InvariantCulture),
            (o, text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? set(o, value) : null);

    public static Setting Bytes(
        string name, string purpose, long least, long most, Func<ServerOptions, long> get, Func<ServerOptions, long, ServerOptions> set) =>
        new(name, purpose, $"A size from {FormatBytes(least)} to {FormatBytes(most)}, written like 4096, 64KiB, 16MiB or 1GiB.",
            o => FormatBytes(get(o)),
            (o, text) => TryParseBytes(text, out var value) && value >= least && value <= most ? set(o, value) : null);

    /// <summary>A number of bytes, or <c>none</c> for no bound.</summary>
    public static Setting OptionalBytes(
        string name, string purpose, long least, Func<ServerOptions, long?> get, Func<ServerOptions, long?, ServerOptions> set) =>
        new(name, purpose, $"A size of at least {FormatBytes(least)}, written like 4096, 64KiB, 16MiB or 1GiB; or none.",
            o => get(o) is { } bytes ? FormatBytes(bytes) : null,
            (o, text) => text == "none" ? set(o, null) : TryParseBytes(text, out var value) && value >= least ? set(o, value) : null);

    public static Setting Duration(
        string name, string purpose, TimeSpan least, TimeSpan most,
        Func<ServerOptions, TimeSpan> get, Func<ServerOptions, TimeSpan, ServerOptions> set) =>
        new(name, purpose,
            $"A duration from {DurationText.Format(least)} to {DurationText.Format(most)}, written like 500ms, 5s, 10m, 1h30m or 3d.",
            o => DurationText.Format(get(o)),
            (o, text) => DurationText.TryParse(text, out var value) && value >= least && value <= most ? set(o, value) : null);

    public static Setting Switch(
        string name, string purpose, Func<ServerOptions, bool> get, Func<ServerOptions, bool, ServerOptions> set) =>
        new(name, purpose, "true or false.",
            o => get(o) ? "true" : "false",
            (o, text) => text switch { "true" => set(o, true), "false" => set(o, false), _ => null });

    public static bool TryParseBytes(string text, out long bytes)
    {
        bytes = 0;
        var factor = 1L;
        var digits = text;
        foreach (var (suffix, size) in Sizes)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal))
                continue;
            (digits, factor) = (text[..^suffix.Length].TrimEnd(), size);
            break;
        }
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > long.MaxValue / factor)
            return false;
        bytes = count * factor;
        return true;
    }

    public static string FormatBytes(long bytes)
    {
        foreach (var (suffix, size) in Sizes)
        {
            if (size > 1 && bytes >= size && bytes % size == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / size}{suffix}");
        }
        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}
