using Herald.Engine.Basics;

namespace Herald.Hosting.Access;

/// <summary>Who sends a request. It is resolved once, and endpoints find it in the features of the request's context.</summary>
/// <param name="Name">For logs, problems and the history, for example <c>token</c> or <c>local</c>. It is no secret.</param>
/// <param name="Tenant">The tenant whose topics and subscriptions the caller works with.</param>
public sealed record Caller(string Name, TenantId Tenant, Scopes Scopes)
{
    public bool Has(Scopes scopes) => (Scopes & scopes) == scopes;
}
