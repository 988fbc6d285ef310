using Herald.Server.Problems;
using Herald.Server.Publishing;
using Herald.Server.Security;
using Microsoft.AspNetCore.Http;

namespace Herald.Server.Http;

/// <summary>What every request meets first: who may talk, then the short way for publishing, then routing for the rest.</summary>
internal sealed class Front(AccessRules access, PublishDoor publishing, ProblemPages others)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (access.Refuse(context.Request) is { } problem)
            return problem.ExecuteAsync(context);
        return PublishPath.TopicOf(context.Request) is { } topic ? publishing.HandleAsync(context, topic) : others.InvokeAsync(context);
    }
}
