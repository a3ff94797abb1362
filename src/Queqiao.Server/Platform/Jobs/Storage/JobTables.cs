using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs.Storage;

/// <summary>A job as stored. Its payload holds ids or ciphertext, never text in clear.</summary>
internal sealed class JobRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required string Kind { get; init; }
    public required string State { get; set; }
    public string? Lane { get; init; }

    /// <summary>Place in the lane.</summary>
    public long? LaneSeq { get; set; }

    /// <summary>Not before.</summary>
    public required long RunAt { get; set; }

    /// <summary>How often somebody began it since it last moved on.</summary>
    public int Tries { get; set; }

    /// <summary>Who holds it now: the lock is an update on this.</summary>
    public Guid? Lease { get; set; }
    public long? LeasedUntil { get; set; }
    public required byte[] Payload { get; init; }

    /// <summary>How far it came, in the handler's own words.</summary>
    public byte[]? Resume { get; set; }
    public long? ProgressDone { get; set; }
    public long? ProgressTotal { get; set; }
    public string? ProgressCode { get; set; }

    /// <summary>Why the last try came to nothing: a code, or the kind of an exception.</summary>
    public string? Reason { get; set; }
    public string? ReasonArg { get; set; }
    public Guid? ByAgent { get; init; }
    public required long CreatedAt { get; init; }
    public long? StartedAt { get; set; }
    public long? FinishedAt { get; set; }
    public long? CancelAskedAt { get; set; }

    /// <summary>When a finished job is cleaned away.</summary>
    public long? DeleteAt { get; set; }
}

/// <summary>A lane with unfinished jobs.</summary>
internal sealed class JobLaneRow : IUnscoped
{
    public required int Ws { get; init; }
    public required string Lane { get; init; }
    public required long LastSeq { get; set; }
}

/// <summary>A job that comes again and again.</summary>
internal sealed class JobScheduleRow : IUnscoped
{
    public required int Ws { get; init; }
    public required string Name { get; init; }
    public required string Kind { get; set; }
    public required byte[] Payload { get; set; }
    public required string Rule { get; set; }
    public required string TimeZone { get; set; }
    public required long NextAt { get; set; }
    public long? LastAt { get; set; }
}

internal sealed class JobTables : IEntityTypeConfiguration<JobRow>, IEntityTypeConfiguration<JobLaneRow>, IEntityTypeConfiguration<JobScheduleRow>
{
    public void Configure(EntityTypeBuilder<JobRow> table)
    {
        table.ToTable("job").HasKey(job => new { job.Ws, job.Id });
        table.HasIndex(job => new { job.Kind, job.RunAt, job.Id }, "ix_job_due").HasFilter("state = 'waiting'");
        table.HasIndex(job => job.LeasedUntil, "ix_job_lease").HasFilter("state = 'running'");
        table.HasIndex(job => new { job.Ws, job.Lane, job.LaneSeq }, "ix_job_lane").HasFilter("lane IS NOT NULL AND finished_at IS NULL");
        table.HasIndex(job => new { job.Ws, job.State, job.Kind, job.Id }, "ix_job_state");
        table.HasIndex(job => job.DeleteAt, "ix_job_delete").HasFilter("delete_at IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<JobLaneRow> table) => table.ToTable("job_lane").HasKey(lane => new { lane.Ws, lane.Lane });

    public void Configure(EntityTypeBuilder<JobScheduleRow> table)
    {
        table.ToTable("job_schedule").HasKey(schedule => new { schedule.Ws, schedule.Name });
        table.HasIndex(schedule => schedule.NextAt, "ix_job_schedule_next");
    }
}
