using System.Text.Json.Serialization;
using Herald.Hosting.Wire;
using Herald.Orders.Registrations;
using Herald.Orders.Webhooks;

namespace Herald.Orders.Wire;

/// <summary>The application's wire types. The server's settings decide how they are written and read.</summary>
[JsonSerializable(typeof(WebhookBody))]
[JsonSerializable(typeof(WebhookWire))]
[JsonSerializable(typeof(ListWire<WebhookWire>))]
[JsonSerializable(typeof(RegistrationBody))]
[JsonSerializable(typeof(RegistrationWire))]
[JsonSerializable(typeof(HeartbeatBody))]
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
internal sealed partial class OrdersWire : JsonSerializerContext;
