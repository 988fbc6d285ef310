using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Herald.Evidence.Records;

/// <summary><c>docs/evidence/records</c>: the latest record of each claim.</summary>
internal sealed class RecordFolder(string root)
{
    private const string Folder = "docs/evidence/records";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>Null when the claim was never run.</summary>
    public Record? Find(string name)
    {
        var path = PathOf(name);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<Record>(File.ReadAllText(path), Options);
        }
        catch (JsonException failure)
        {
            throw new EvidenceException($"{Folder}/{name}.json is not a record: {failure.Message}");
        }
    }

    /// <summary>Writes a record whole or not at all. An interrupted run leaves the previous record.</summary>
    public void Write(string name, Record record)
    {
        Directory.CreateDirectory(Path.Combine(root, Folder));
        var path = PathOf(name);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(record, Options) + "\n");
        File.Move(path + ".new", path, overwrite: true);
    }

    private string PathOf(string name) => Path.Combine(root, Folder, $"{name}.json");
}
