using Herald.Alarms.Hosting;
using Herald.Email.Hosting;
using Herald.Journal.Hosting;
using Herald.Kafka.Hosting;
using Herald.Lab;
using Herald.Nats.Hosting;
using Herald.Notifications.Hosting;
using Herald.Orders.Hosting;
using Herald.Outbound.Hosting;
using Herald.Postgres.Hosting;
using Herald.Posts.Hosting;
using Herald.Push.Hosting;
using Herald.Server;
using Herald.Sms.Hosting;
using Herald.Webhooks.Hosting;

namespace Herald.Cli;

/// <summary>The one list of modules of this program. The first store is the default.</summary>
public static class ModuleList
{
    public static ModuleSet All { get; } = new(
        new JournalModule(),
        new PostgresModule(),
        new OutboundModule(),
        new WebhooksModule(),
        new EmailModule(),
        new PostsModule(),
        new SmsModule(),
        new PushModule(),
        new KafkaModule(),
        new NatsModule(),
        new OrdersModule(),
        new AlarmsModule(),
        new NotificationsModule(),
        new LabModule());
}
