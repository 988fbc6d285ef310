using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;

namespace Herald.Hosting.Metrics;

/// <summary>A page in the Prometheus text format, version 0.0.4, as UTF-8.</summary>
/// <remarks>
/// A page can have many megabytes, and one is written every few seconds. So its memory comes from the pool in pieces, and goes back when the
/// page is disposed.
/// </remarks>
public sealed class PrometheusText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const int FirstPiece = 16 << 10, LargestPiece = 1 << 20;

    /// <summary>The most bytes of a formatted number.</summary>
    private const int NumberBytes = 32;

    private static readonly SearchValues<char> Escaped = SearchValues.Create("\\\"\n");
    private static readonly SearchValues<char> NameLetters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private readonly List<(byte[] Bytes, int Length)> _full = [];
    private byte[] _piece = ArrayPool<byte>.Shared.Rent(FirstPiece);
    private int _used;

    public long Length => _full.Sum(piece => (long)piece.Length) + _used;

    public void Head(string name, string type, string? help)
    {
        if (!string.IsNullOrEmpty(help))
        {
            Add("# HELP ", name, " ");
            Add(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal), "\n");
        }
        Add("# TYPE ", name, " ");
        Add(type, "\n");
    }

    public void Sample(string name, string labels, double value) => Sample(name, "", labels, "", value);

    /// <param name="suffix">Follows the name.</param>
    /// <param name="more">Further labels, which follow the others.</param>
    public void Sample(string name, string suffix, string labels, string more, double value)
    {
        Add(name, suffix);
        if (labels.Length > 0 || more.Length > 0)
        {
            Add("{", labels, labels.Length > 0 && more.Length > 0 ? "," : "");
            Add(more, "}");
        }
        Add(" ");
        Add(value);
        Add("\n");
    }

    /// <summary>Writes a metric that has one value.</summary>
    public void Single(string name, string type, string help, double value)
    {
        Head(name, type, help);
        Sample(name, "", value);
    }

    public async Task CopyToAsync(PipeWriter writer, CancellationToken cancel)
    {
        foreach (var (bytes, length) in _full)
            await writer.WriteAsync(bytes.AsMemory(0, length), cancel);
        await writer.WriteAsync(_piece.AsMemory(0, _used), cancel);
    }

    public override string ToString() =>
        string.Concat(_full.Append((_piece, _used)).Select(piece => Encoding.UTF8.GetString(piece.Item1.AsSpan(0, piece.Item2))));

    public void Dispose()
    {
        foreach (var (bytes, _) in _full)
            ArrayPool<byte>.Shared.Return(bytes);
        _full.Clear();
        ArrayPool<byte>.Shared.Return(_piece);
        (_piece, _used) = ([], 0);
    }

    /// <summary>Formats labels as they stand between the braces, with escaped values.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture);
        AddLabels(ref text, tags);
        return text.ToStringAndClear();
    }

    /// <summary>Does the same without a string, for series that are known already.</summary>
    public static void AddLabels(ref DefaultInterpolatedStringHandler text, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        for (var i = 0; i < tags.Length; i++)
        {
            if (i > 0)
                text.AppendLiteral(",");
            var name = tags[i].Key;
            text.AppendLiteral(IsName(name) ? name : Name(name));
            text.AppendLiteral("=\"");
            AddEscaped(ref text, tags[i].Value as string ?? Convert.ToString(tags[i].Value, CultureInfo.InvariantCulture));
            text.AppendLiteral("\"");
        }
    }

    /// <summary>Letters, digits and underscores. Every other character becomes an underscore.</summary>
    public static string Name(string name)
    {
        if (IsName(name))
            return name;
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_');
        return text.Length > 0 && char.IsAsciiDigit(text[0]) ? "_" + text : text.ToString();
    }

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ when double.IsNaN(value) => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static bool IsName(string name) =>
        !name.AsSpan().ContainsAnyExcept(NameLetters) && (name.Length == 0 || !char.IsAsciiDigit(name[0]));

    private static void AddEscaped(ref DefaultInterpolatedStringHandler text, ReadOnlySpan<char> value)
    {
        for (var at = value.IndexOfAny(Escaped); at >= 0; at = value.IndexOfAny(Escaped))
        {
            text.AppendFormatted(value[..at]);
            text.AppendLiteral(value[at] switch { '\\' => "\\\\", '"' => "\\\"", _ => "\\n" });
            value = value[(at + 1)..];
        }
        text.AppendFormatted(value);
    }

    private void Add(double value)
    {
        if (!double.IsFinite(value))
        {
            Add(Number(value));
            return;
        }
        value.TryFormat(Reserve(NumberBytes), out var length, "R", CultureInfo.InvariantCulture);
        _used += length;
    }

    private void Add(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            var written = Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));
            _used += written; // Read only now: a new piece begins at 0.
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_piece.Length - _used < count)
        {
            _full.Add((_piece, _used));
            (_piece, _used) = (ArrayPool<byte>.Shared.Rent(Math.Max(count, Math.Min(LargestPiece, 2 * _piece.Length))), 0);
        }
        return _piece.AsSpan(_used);
    }
}
