using System.Text.Encodings.Web;
using System.Text.Json;

namespace Herald.Mutants.Reports;

/// <summary>A file to which what is found out is added as it comes, a line each: whoever is broken off goes on from there.</summary>
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
        // What ends without a line's end is of a writer that was ended within it.
        var text = File.ReadAllText(file);
        var whole = text[..(text.LastIndexOf('\n') + 1)];
        if (whole != text)
            File.WriteAllText(file, whole);
        var lines = whole.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _lines.AddRange(lines.Select(line => JsonSerializer.Deserialize<T>(line, Options)!));
    }

    /// <summary>The last line of which something holds.</summary>
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
