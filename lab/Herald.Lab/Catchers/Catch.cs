using Herald.Lab.Orders;
using Herald.Lab.Receivers;

namespace Herald.Lab.Catchers;

/// <summary>A webhook and its answer.</summary>
/// <param name="Webhook">Valid until the call returns.</param>
/// <param name="Order">Null when the body is not a change of an order.</param>
/// <param name="Answer">How the catcher answered.</param>
/// <param name="IsFirst">The change is acknowledged for the first time.</param>
public readonly record struct Catch(ReceivedWebhook Webhook, OrderMessage? Order, PlannedAnswer Answer, bool IsFirst);
