using System.Text.Json.Serialization;
using Herald.Hosting.Wire;
using Herald.Orders.Registrations;
using Herald.Orders.Webhooks;

namespace Herald.Orders.Wire;

/// <summary>The application's types on the wire; how they are written and read is the server's to say.</summary>
[JsonSerializable(typeof(WebhookBody))]
[JsonSerializable(typeof(WebhookWire))]
[JsonSerializable(typeof(ListWire<WebhookWire>))]
[JsonSerializable(typeof(RegistrationBody))]
[JsonSerializable(typeof(RegistrationWire))]
[JsonSerializable(typeof(HeartbeatBody))]
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
internal sealed partial class OrdersWire : JsonSerializerContext;
