using System.Text;
using Microsoft.VisualBasic.FileIO;

namespace Herald.Notifications.Commands;

/// <summary>A line of a file of recipients: values by column.</summary>
/// <param name="Number">Of the line in the file, from 1.</param>
/// <param name="ReadBytes">How much of the file is read by now, for a progress bar.</param>
/// <param name="Problem">Why the line is not a recipient; then it has no values.</param>
internal sealed record RecipientLine(long Number, IReadOnlyDictionary<string, string> Values, long ReadBytes, string? Problem = null);

/// <summary>Reads comma-separated values (RFC 4180) with a heading line.</summary>
internal sealed class RecipientFile : IDisposable
{
    /// <summary>The column with the recipient.</summary>
    public const string To = "to";

    private readonly Stream _stream;
    private readonly TextFieldParser _parser;

    private RecipientFile(Stream stream, TextFieldParser parser, string[] columns) =>
        (_stream, _parser, Columns) = (stream, parser, columns);

    public IReadOnlyList<string> Columns { get; }

    public long Bytes => _stream.Length;

    /// <exception cref="InvalidDataException">The file has no usable heading; the message says why.</exception>
    public static RecipientFile Open(string path)
    {
        var stream = File.OpenRead(path);
        try
        {
            var parser = new TextFieldParser(stream, Encoding.UTF8, detectEncoding: true)
            {
                Delimiters = [","],
                HasFieldsEnclosedInQuotes = true,
                TrimWhiteSpace = true,
            };
            return new(stream, parser, Heading(path, parser));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public IEnumerable<RecipientLine> Lines()
    {
        while (!_parser.EndOfData)
        {
            var number = _parser.LineNumber;
            yield return Read(number);
        }
    }

    public void Dispose()
    {
        _parser.Dispose();
        _stream.Dispose();
    }

    private RecipientLine Read(long number)
    {
        try
        {
            var fields = _parser.ReadFields() ?? [];
            if (fields.Length != Columns.Count)
                return Refuse(number, $"It has {fields.Length} values, and the heading has {Columns.Count} columns.");
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var i = 0; i < fields.Length; i++)
                values.Add(Columns[i], fields[i]);
            return new(number, values, _stream.Position);
        }
        catch (MalformedLineException)
        {
            return Refuse(number, "A value with a quotation mark must be in quotation marks, and each mark inside must be doubled.");
        }
    }

    private RecipientLine Refuse(long number, string why) => new(number, new Dictionary<string, string>(), _stream.Position, why);

    private static string[] Heading(string path, TextFieldParser parser)
    {
        string[]? columns;
        try
        {
            columns = parser.ReadFields();
        }
        catch (MalformedLineException)
        {
            columns = null;
        }
        if (columns is null or [])
            throw new InvalidDataException($"--file {path}: the file has no heading line with the names of its columns, such as to,name.");
        if (columns.Any(column => column.Length == 0))
            throw new InvalidDataException($"--file {path}: a column of the heading line has no name.");
        if (columns.GroupBy(column => column, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { Key: var twice })
            throw new InvalidDataException($"--file {path}: the heading line has the column '{twice}' twice.");
        if (!columns.Contains(To))
            throw new InvalidDataException(
                $"--file {path}: the heading line has no column '{To}' with the recipients. It has: {string.Join(", ", columns)}.");
        return columns;
    }
}
