using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Herald.Hosting.Wire;

/// <summary>
/// The last segment of the address as it was sent. An event's id can contain any character, including a slash. Routing leaves %2F undecoded
/// and cannot distinguish it from the text "%2F".
/// </summary>
public static class RawSegment
{
    public static string Last(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.AsSpan();
        var query = target.IndexOf('?');
        if (query >= 0)
            target = target[..query];
        return Uri.UnescapeDataString(target[(target.LastIndexOf('/') + 1)..]);
    }
}
