using System.Text;
using Herald.Alarms.Messages;
using Herald.Engine;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Herald.Alarms.Inspection;

/// <summary><c>/v1/alarms/users</c>: a user's alarms.</summary>
internal sealed class UserEndpoints(HeraldEngine engine)
{
    private readonly UserView _look = new(engine.State);

    public void Map(IEndpointRouteBuilder routes) => routes.MapGroup("/v1/alarms/users").WithTags("alarms").RequireScope(Scopes.Read)
        .MapGet("/{user}", GetAsync).WithName("getAlarmUser").WithSummary(
            "Get the alarms of a user, and which of them the next digest would contain")
        .WithDescription("The user's id is percent-encoded.");

    private async Task<Results<Ok<UserWire>, Problem>> GetAsync(string user, HttpContext context)
    {
        // A user's id can contain any character, including a slash.
        user = RawSegment.Last(context);
        var name = Encoding.UTF8.GetBytes(user);
        if (name.Length > MessageParser.LongestId)
            return Problem.Invalid("/user", user, $"A user's id has at most {MessageParser.LongestId} bytes of UTF-8.");
        if (await engine.Catalog.FindTopicAsync(AlarmEvents.Topic, context.RequestAborted) is not { } topic
            || await _look.FindAsync(engine.Intake.ShardOf(topic, name), user, context.RequestAborted) is not { } found)
            return new Problem(AlarmsProblem.UserNotFound,
                "There is no record of this user. No change of an alarm has arrived for it, or its alarms are forgotten.");
        return TypedResults.Ok(found);
    }
}
