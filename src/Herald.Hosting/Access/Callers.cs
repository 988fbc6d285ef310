using Microsoft.AspNetCore.Http;

namespace Herald.Hosting.Access;

/// <summary>The caller of a request.</summary>
public static class Callers
{
    /// <summary>The name that is kept with what the request orders; empty when it is not known who calls.</summary>
    public static string NameOf(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<Caller>()?.Name ?? "";
    }
}
