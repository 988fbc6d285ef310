using Herald.Hosting.Metrics;
using Microsoft.AspNetCore.Http;

namespace Herald.Server.Metrics;

/// <summary>Answers with a page of metrics, and returns its memory.</summary>
internal sealed class MetricsPage(PrometheusText text) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using (text)
        {
            var response = httpContext.Response;
            (response.ContentType, response.ContentLength) = (PrometheusText.ContentType, text.Length);
            await text.CopyToAsync(response.BodyWriter, httpContext.RequestAborted);
        }
    }
}
