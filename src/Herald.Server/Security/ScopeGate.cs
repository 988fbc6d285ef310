using Herald.Hosting.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Security;

/// <summary>Compares what the address of a request demands with the scopes of the caller. It runs after routing.</summary>
internal sealed class ScopeGate(RequestDelegate next)
{
    private static readonly ScopeDemand Everything = ScopeDemand.For(Scopes.All);

    public Task InvokeAsync(HttpContext context)
    {
        var admission = context.Features.GetRequiredFeature<Admission>();
        if (admission.Refuse(DemandOf(context.GetEndpoint())) is { } problem)
            return problem.ExecuteAsync(context);
        context.Features.Set(admission.Caller);
        return next(context);
    }

    /// <summary>
    /// What the endpoint demands. Null for an unknown address or method: routing has no endpoint for it, or one of its own that has no
    /// route.
    /// </summary>
    private static ScopeDemand? DemandOf(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<ScopeDemand>() ?? (endpoint is RouteEndpoint ? Everything : null);
}
