using Microsoft.AspNetCore.Builder;

namespace Herald.Hosting.Access;

/// <summary>How a route says who can call it.</summary>
public static class AccessConventions
{
    /// <summary>Only callers with this scope get through; others are answered with 401 or 403.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, Scopes scope)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(ScopeDemand.For(scope));

    /// <summary>Everyone gets through, also without a token.</summary>
    public static TBuilder AllowAnyone<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(ScopeDemand.Anyone);
}
