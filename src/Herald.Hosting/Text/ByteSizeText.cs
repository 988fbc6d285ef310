using System.Globalization;

namespace Herald.Hosting.Text;

/// <summary>The text form of sizes: <c>4096</c>, <c>64KiB</c>, <c>16MiB</c>, <c>1GiB</c>.</summary>
public static class ByteSizeText
{
    private static readonly (string Suffix, long Factor)[] Sizes = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("B", 1)];

    public static bool TryParse(string? text, out long bytes)
    {
        bytes = 0;
        if (string.IsNullOrEmpty(text))
            return false;
        var (digits, factor) = (text, 1L);
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

    /// <summary>The largest unit that divides the size.</summary>
    public static string Format(long bytes)
    {
        foreach (var (suffix, size) in Sizes)
        {
            if (size > 1 && bytes >= size && bytes % size == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / size}{suffix}");
        }
        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}
