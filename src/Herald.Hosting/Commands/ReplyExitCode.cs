using Herald.Client;

namespace Herald.Hosting.Commands;

/// <summary>The exit code of a command that got an answer from Herald.</summary>
public static class ReplyExitCode
{
    public static ExitCode Of(Reply reply) => reply.Status switch
    {
        >= 200 and < 300 => ExitCode.Ok,
        404 => ExitCode.NotFound,
        401 or 403 or 421 => ExitCode.NotAllowed,
        429 or 503 => ExitCode.Unavailable,
        >= 400 and < 500 => ExitCode.Refused,
        _ => ExitCode.Failed,
    };
}
