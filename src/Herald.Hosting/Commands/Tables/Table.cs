using System.Globalization;
using System.Text.Json;
using Herald.Client;

namespace Herald.Hosting.Commands.Tables;

/// <summary>
/// Lays out items as aligned columns. Lines that are too long for the screen are shortened where it costs least: in the widest cells that
/// are no ids.
/// </summary>
internal static class Table
{
    private const string Missing = "-", Gap = "  ", More = "…";

    /// <summary>A cell is not cut below this width, because nothing would be left to read.</summary>
    private const int Narrowest = 6;

    public static IEnumerable<string> Lines(IReadOnlyList<TableColumn> columns, IEnumerable<JsonElement> items, Screen screen)
    {
        var now = screen.Time.GetUtcNow();
        var rows = items.Select(item => columns.Select(column => Show(item, column, now)).ToArray()).ToList();
        var widths = Widths(columns, rows, screen.Width);
        yield return Line(columns.Select((column, at) => Fit(column.Heading, widths[at])));
        foreach (var row in rows)
        {
            yield return Line(row.Select((cell, at) =>
                columns[at].Cell == TableCell.State ? StateColor.Paint(cell, Fit(cell, widths[at]), screen) : Fit(cell, widths[at])));
        }
    }

    private static string Show(JsonElement item, TableColumn column, DateTimeOffset now)
    {
        if (JsonText.Find(item, column.Field) is not { Length: > 0 } text)
            return Missing;
        if (column.Cell == TableCell.Age
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return RelativeTime.Of(time, now);
        // A line break in a cell would break the table.
        return ForeignText.OneLine(text);
    }

    private static int[] Widths(IReadOnlyList<TableColumn> columns, List<string[]> rows, int? most)
    {
        var widths = columns.Select((column, at) => rows.Select(row => row[at].Length).Append(column.Heading.Length).Max()).ToArray();
        var excess = widths.Sum() + (Gap.Length * (widths.Length - 1)) - most ?? 0;
        for (; excess > 0; excess--)
        {
            var widest = Enumerable.Range(0, widths.Length).Where(at => columns[at].Cell == TableCell.Text && widths[at] > Narrowest)
                .OrderByDescending(at => widths[at]).ToList();
            if (widest.Count == 0)
                break;
            widths[widest[0]]--;
        }
        return widths;
    }

    private static string Fit(string text, int width)
    {
        if (text.Length <= width)
            return text.PadRight(width);
        var end = width - More.Length;
        // Half a character is none.
        return (text[..(char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)] + More).PadRight(width);
    }

    private static string Line(IEnumerable<string> cells) => string.Join(Gap, cells).TrimEnd();
}
