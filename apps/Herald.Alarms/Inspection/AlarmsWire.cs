using System.Text.Json.Serialization;

namespace Herald.Alarms.Inspection;

/// <summary>The application's wire types. The server's settings decide how they are written and read.</summary>
[JsonSerializable(typeof(UserWire))]
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
internal sealed partial class AlarmsWire : JsonSerializerContext;
