using Herald.Server;
using Herald.Server.Settings;
using static Herald.Server.Settings.SettingTypes;

namespace Herald.Alarms;

/// <summary>The application's settings. Like the server's own, they are read from the file, the environment and the command line.</summary>
public static class AlarmsSettings
{
    public static readonly IReadOnlyList<Setting> All =
    [
        Duration("alarms.forgetAfter",
            "How long cleared alarms and users without activity are remembered.",
            TimeSpan.FromSeconds(30), TimeSpan.FromDays(3650), o => Of(o).ForgetAfter, (o, v) => With(o, a => a with { ForgetAfter = v })),
        Switch("alarms.emptyDigest",
            "Answer a request with an empty digest when nothing is due, instead of sending no answer.",
            o => Of(o).EmptyDigest, (o, v) => With(o, a => a with { EmptyDigest = v })),
        Number("alarms.maxAlarmsPerUser",
            "How many alarms of one user are remembered.",
            1, 50_000, o => Of(o).MaxAlarmsPerUser, (o, v) => With(o, a => a with { MaxAlarmsPerUser = (int)v })),
        Bytes("alarms.maxDigestBytes",
            "The largest digest; more alarms become several digests.",
            4 << 10, 16 << 20, o => Of(o).MaxDigestBytes, (o, v) => With(o, a => a with { MaxDigestBytes = (int)v })),
    ];

    public static AlarmsOptions Of(ServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Applications.Get<AlarmsOptions>();
    }

    /// <summary>The errors of options that were written in code instead of read.</summary>
    public static IEnumerable<SettingError> Check(AlarmsOptions options) => ServerSettings.Check(All, With(new ServerOptions(), _ => options));

    private static ServerOptions With(ServerOptions options, Func<AlarmsOptions, AlarmsOptions> change) =>
        options with { Applications = options.Applications.With(change(Of(options))) };
}
