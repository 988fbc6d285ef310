using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Herald.Soak.Traffic;

/// <summary>
/// A relay between Herald and a receiver that makes a mistake with one event, after a number of others. A soak that does not notice the
/// mistake is worthless.
/// </summary>
internal sealed class PlantedRelay(string mistake, IHttpApplication<IFeatureCollection> inner) : IHttpApplication<IFeatureCollection>
{
    /// <summary>Acknowledges the event without passing it to the receiver.</summary>
    public const string Swallow = "swallow";

    /// <summary>Changes a byte of the payload.</summary>
    public const string Alter = "alter";

    public static readonly string[] Mistakes = [Swallow, Alter];

    private const int Before = 100;

    // Herald repeats an event whose success it could not save. One that is swallowed must be so each time, and must not have come before.
    private readonly HashSet<string> _passed = [];
    private readonly Lock _lock = new();
    private string? _chosen;

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => inner.CreateContext(contextFeatures);

    public void DisposeContext(IFeatureCollection context, Exception? exception) => inner.DisposeContext(context, exception);

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        if (!IsChosen($"{request.Headers["webhook-id"]}"))
        {
            await inner.ProcessRequestAsync(context);
            return;
        }
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

    private bool IsChosen(string id)
    {
        lock (_lock)
        {
            if (_chosen is null && _passed.Add(id) && _passed.Count > Before)
                _chosen = id;
            return id == _chosen;
        }
    }
}
