using System.Text.Json.Serialization;
using Herald.Hosting.Wire;

namespace Herald.Notifications.Doors;

/// <summary>The application's wire types. The server's settings decide how they are written and read.</summary>
[JsonSerializable(typeof(NewNotificationWire))]
[JsonSerializable(typeof(PostedWire))]
[JsonSerializable(typeof(BulkWire))]
[JsonSerializable(typeof(NotificationWire))]
[JsonSerializable(typeof(ListWire<NotificationWire>))]
[JsonSerializable(typeof(CountsWire))]
[JsonSerializable(typeof(ResultBody))]
[JsonSerializable(typeof(RecipientBodyWire))]
[JsonSerializable(typeof(RecipientWire))]
[JsonSerializable(typeof(SuppressionBody))]
[JsonSerializable(typeof(SuppressionWire))]
[JsonSerializable(typeof(ListWire<SuppressionWire>))]
[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class NotificationsWire : JsonSerializerContext;
