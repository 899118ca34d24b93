import { Column, CreatedAt, DataType, Model, Table, UpdatedAt } from 'sequelize-typescript';

@Table({ tableName: 'booking' })
export class Booking extends Model {
  @Column({ type: DataType.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column({ type: DataType.CHAR(8) })
  declare reference: string;

  @Column({ type: DataType.BIGINT.UNSIGNED, field: 'traveller_id' })
  declare travellerId: number;

  @Column({ type: DataType.STRING(63), field: 'destination_id' })
  declare destinationId: string;

  @Column({ type: DataType.STRING(80), field: 'destination_name' })
  declare destinationName: string;

  @Column({ type: DataType.DATEONLY, field: 'departure_date' })
  declare departureDate: string;

  @Column({ type: DataType.DATEONLY, field: 'return_date' })
  declare returnDate: string;

  @Column({ type: DataType.TINYINT.UNSIGNED })
  declare age: number;

  @Column({ type: DataType.BOOLEAN, field: 'previous_experience' })
  declare previousExperience: boolean;

  @Column({ type: DataType.BOOLEAN, field: 'blackhole_visit' })
  declare blackholeVisit: boolean;

  @Column({ type: DataType.BLOB, field: 'idempotency_key' })
  declare idempotencyKey: Buffer | null;

  @Column({ type: DataType.INTEGER.UNSIGNED })
  declare sequence: number;

  @CreatedAt
  @Column({ type: DataType.DATE(3), field: 'created_at' })
  declare createdAt: Date;

  @UpdatedAt
  @Column({ type: DataType.DATE(3), field: 'updated_at' })
  declare updatedAt: Date;

  @Column({ type: DataType.DATE(3), field: 'cancelled_at' })
  declare cancelledAt: Date | null;
}
