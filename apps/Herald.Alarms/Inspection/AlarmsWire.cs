using System.Text.Json.Serialization;

namespace Herald.Alarms.Inspection;

/// <summary>The application's types on the wire; how they are written and read is the server's to say.</summary>
[JsonSerializable(typeof(UserWire))]
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
internal sealed partial class AlarmsWire : JsonSerializerContext;
