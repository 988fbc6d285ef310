using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Herald.Soak.Traffic;

/// <summary>
/// A relay between Herald and a receiver that makes one mistake after a number of correct requests. A soak that does not notice the mistake
/// is worthless.
/// </summary>
internal sealed class PlantedRelay(string mistake, IHttpApplication<IFeatureCollection> inner) : IHttpApplication<IFeatureCollection>
{
    /// <summary>Acknowledges the event without passing it to the receiver.</summary>
    public const string Swallow = "swallow";

    /// <summary>Changes a byte of the payload.</summary>
    public const string Alter = "alter";

    public static readonly string[] Mistakes = [Swallow, Alter];

    private const int Before = 100;
    private int _requests;

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => inner.CreateContext(contextFeatures);

    public void DisposeContext(IFeatureCollection context, Exception? exception) => inner.DisposeContext(context, exception);

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        if (Interlocked.Increment(ref _requests) != Before)
        {
            await inner.ProcessRequestAsync(context);
            return;
        }
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        if (mistake == Swallow)
        {
            context.GetRequiredFeature<IHttpResponseFeature>().StatusCode = 204;
            return;
        }
        body.GetBuffer()[0] ^= 1;
        body.Position = 0;
        request.Body = body;
        await inner.ProcessRequestAsync(context);
    }
}
