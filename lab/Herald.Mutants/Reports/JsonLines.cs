using System.Text.Encodings.Web;
using System.Text.Json;

namespace Herald.Mutants.Reports;

/// <summary>A file to which results are added at once, one per line. So an interrupted run can continue from there.</summary>
internal sealed class JsonLines<T>
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly string _file;
    private readonly List<T> _lines = [];
    private readonly Lock _lock = new();

    public JsonLines(string file)
    {
        _file = file;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        if (!File.Exists(file))
            return;
        // An incomplete last line comes from a writer that was ended while it wrote.
        var text = File.ReadAllText(file);
        var whole = text[..(text.LastIndexOf('\n') + 1)];
        if (whole != text)
            File.WriteAllText(file, whole);
        var lines = whole.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _lines.AddRange(lines.Select(line => JsonSerializer.Deserialize<T>(line, Options)!));
    }

    /// <summary>The last line for which the condition holds.</summary>
    public T? Last(Func<T, bool> holds)
    {
        lock (_lock)
            return _lines.LastOrDefault(holds);
    }

    public void Append(T found)
    {
        lock (_lock)
        {
            File.AppendAllText(_file, $"{JsonSerializer.Serialize(found, Options)}\n");
            _lines.Add(found);
        }
    }
}
