namespace Herald.Engine.Subscriptions;

/// <summary>
/// Says which secret an endpoint has, without the secret. The secret is a record of its own in the catalog, so nothing that shows, compares
/// or logs a subscription can contain it.
/// </summary>
/// <param name="Id">
/// The name of the secret within the tenant of the subscription. So it never leads to a secret of another tenant.
/// </param>
public sealed record SecretReference(string Id);
