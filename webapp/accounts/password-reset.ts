import { Column, DataType, Model, Table } from 'sequelize-typescript';

@Table({ tableName: 'password_reset', timestamps: false })
export class PasswordReset extends Model {
  @Column({ type: DataType.BLOB, primaryKey: true, field: 'token_hash' })
  declare tokenHash: Buffer;

  @Column({ type: DataType.BIGINT.UNSIGNED, field: 'traveller_id' })
  declare travellerId: number;

  @Column({ type: DataType.DATE(3), field: 'expires_at' })
  declare expiresAt: Date;
}
