using Herald.Hosting.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Status;

/// <summary><c>GET /</c>: one static page that reads the API. It contains no state and no secret.</summary>
internal static class StatusPage
{
    private static readonly byte[] Page = Read();

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", context =>
    {
        var response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src "
            + "'self'; base-uri 'none'; frame-ancestors 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.ContentLength = Page.Length;
        return response.Body.WriteAsync(Page, context.RequestAborted).AsTask();
    }).AllowAnyone();

    private static byte[] Read()
    {
        using var page = typeof(StatusPage).Assembly.GetManifestResourceStream("Herald.Server.Status.index.html")!;
        using var bytes = new MemoryStream();
        page.CopyTo(bytes);
        return bytes.ToArray();
    }
}
