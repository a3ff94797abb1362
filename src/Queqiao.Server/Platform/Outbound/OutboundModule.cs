namespace Queqiao.Server.Platform.Outbound;

internal static class OutboundModule
{
    public static OutboundOptions AddOutbound(this WebApplicationBuilder builder)
    {
        var options = OutboundOptions.Read(builder.Configuration);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(services => new GuardedHttp(options, services.GetService<TimeProvider>() ?? TimeProvider.System));
        return options;
    }
}
