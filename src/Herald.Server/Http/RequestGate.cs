using Herald.Server.Problems;
using Herald.Server.Publishing;
using Herald.Server.Security;
using Microsoft.AspNetCore.Http;

namespace Herald.Server.Http;

/// <summary>
/// The first steps of every request: access rules, then the short path for publishing, then routing for all other requests.
/// </summary>
internal sealed class RequestGate(AccessRules access, PublishHandler publishing, ProblemPages others)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (access.Refuse(context.Request) is { } problem)
            return problem.ExecuteAsync(context);
        return PublishPath.TopicOf(context.Request) is { } topic ? publishing.HandleAsync(context, topic) : others.InvokeAsync(context);
    }
}
