using Herald.Lab.Orders;
using Herald.Lab.Receivers;

namespace Herald.Lab.Catchers;

/// <summary>A webhook that was answered.</summary>
/// <param name="Webhook">Lent until the call returns.</param>
/// <param name="Order">Null when it is no order's change.</param>
/// <param name="Hit">What was done to it.</param>
/// <param name="IsFirst">It is acknowledged, for the first time.</param>
public readonly record struct Catch(ReceivedWebhook Webhook, OrderMessage? Order, Hit Hit, bool IsFirst);
