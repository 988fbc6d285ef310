using Herald.Hosting.Access;
using Herald.Server.Problems;
using Herald.Server.Publishing;
using Herald.Server.Security;
using Microsoft.AspNetCore.Http;

namespace Herald.Server.Http;

/// <summary>
/// The first steps of every request: the caller, then the short path for publishing, then routing and the scopes for all other requests.
/// </summary>
internal sealed class RequestGate(AccessRules access, PublishHandler publishing, ProblemPages others)
{
    private static readonly ScopeDemand Publishing = ScopeDemand.For(Scopes.Publish);

    public Task InvokeAsync(HttpContext context)
    {
        var admission = access.Admit(context.Request);
        if (admission.IsRefused)
            return admission.Refuse(null)!.ExecuteAsync(context);
        if (PublishPath.TopicOf(context.Request) is { } topic)
            return admission.Refuse(Publishing) is { } problem ? problem.ExecuteAsync(context) : publishing.HandleAsync(context, topic);
        context.Features.Set(admission);
        return others.InvokeAsync(context);
    }
}
